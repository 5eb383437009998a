"""Reviews by the million: read, translated, scored and stored, on one machine or many."""
