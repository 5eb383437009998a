"""Money: what a run will cost, what it did cost, the difference between the two, and when a limit ends it.

Pure arithmetic over frozen values; `live` alone asks AWS. All amounts are US dollars at list price, without taxes,
credits and discounts. Left out: the bill itself, which AWS has a day later and which alone counts.
"""
