with german as (
    select ps_partkey, ps_supplycost * ps_availqty as value
    from stg_partsupp, stg_supplier, stg_nation
    where ps_suppkey = s_suppkey
        and s_nationkey = n_nationkey
        and n_name = 'GERMANY'
)

select ps_partkey, sum(value) as value
from german
group by ps_partkey
having sum(german.value) > (select sum(value) * 0.0001 from german)
order by value desc
