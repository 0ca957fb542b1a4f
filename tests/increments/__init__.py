"""The law of increments: any schedule of runs ends in the tables of one full rebuild."""
