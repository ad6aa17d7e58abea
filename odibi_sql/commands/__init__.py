"""The commands of `odibi-sql`, one module each; `cli.COMMANDS` lists them."""
