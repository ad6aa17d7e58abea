"""Models that grow: what their settings mean, what the next version is made of, and how it is made.

strategies      settings -> what they mean, and which do not go together
intervals       hours, days, months and years
versions        recipe and published version -> what is to be done
schema_changes  columns of the version and of what comes to it -> columns of the next
increments      one run: the delta and the version before -> the files of the next
time_ranges     one run of a model by intervals
"""
