with callers as (
    select substring(c_phone, 1, 2) as cntrycode, c_acctbal, c_custkey
    from stg_customer
    where substring(c_phone, 1, 2) in ('13', '31', '23', '29', '30', '18', '17')
)

select cntrycode, count(*) as numcust, sum(c_acctbal) as totacctbal
from callers
where c_acctbal > (select avg(c_acctbal) from callers where c_acctbal > 0.00)
    and not exists (select 1 from stg_orders where o_custkey = callers.c_custkey)
group by cntrycode
order by cntrycode
