"""Checks of data and unit tests of models, from what is declared to what is told.

writing     a declared check of a known type -> SQL; the types themselves are in `checks/`
checks      declared checks and check files -> Check
unit_tests  declared unit tests -> UnitTest
stand_ins   what unit tests read, without its rows
columns     what was inferred for that the last time
counting    checks of one table, counted together
verdicts    rows that fail -> pass, warn or fail
samples     the first of those rows, as text
"""
