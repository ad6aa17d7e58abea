with orders_of as (
    select c_custkey, count(o_orderkey) as c_count
    from stg_customer
    left join stg_orders
        on c_custkey = o_custkey
        and o_comment not like '%special%requests%'
    group by c_custkey
)

select c_count, count(*) as custdist
from orders_of
group by c_count
order by custdist desc, c_count desc
