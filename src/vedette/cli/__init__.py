"""The command `vedette`: one file a command."""

import os

# Heads are solved on matrices of a few hundred rows, beside cameras that use every core. OpenBLAS'
# second thread then waits for a core that is taken: 2 ms of teaching were seen to take 70.
# It has to be said before numpy is imported.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
