{#- Minutes since midnight of a clock reading kept as a number: 517 is 5:17, 2400 the end of the day. -#}
{%- macro minutes_into_day(hhmm) -%}
    ({{ hhmm }} // 100 * 60 + {{ hhmm }} % 100)
{%- endmacro -%}
