select
    carrier,
    name as airline
from airlines
