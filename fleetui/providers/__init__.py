"""One module or folder per back end: each reads its API and nothing else."""
