"""Everything a person reads, derived from a run folder; nothing here fits a model.

Import from the modules: printing a leaderboard (`reports.leaderboard`) then does not wait for matplotlib.
"""
