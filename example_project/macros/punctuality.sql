{#- A delay in minutes as one of five bands; null where there is none. -#}
{%- macro delay_band(delay) -%}
    case
        when {{ delay }} <= 0 then 'early or on time'
        when {{ delay }} < 15 then 'under 15 min'
        when {{ delay }} < 60 then '15 to 59 min'
        when {{ delay }} < 180 then '1 to 3 hours'
        when {{ delay }} >= 180 then '3 hours or more'
    end
{%- endmacro -%}

{#- How many of 100 rows are `part`, to one decimal; of those rows only that are `among`, if given. -#}
{%- macro percent(part, among=none) -%}
    round(avg(case when {{ part }} then 100 else 0 end){% if among %} filter (where {{ among }}){% endif %}, 1)
{%- endmacro -%}
