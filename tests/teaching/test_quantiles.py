from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vedette.teaching.quantiles import quantile


@given(st.lists(st.floats(-10, 10, width=32), min_size=1), st.floats(0, 1))
def test_it_is_numpys_quantile(values, share):
    array = np.array(values, np.float32)
    assert quantile(array, share) == pytest.approx(
        float(np.quantile(array.astype(np.float64), share)), abs=1e-5
    )


def test_the_first_teaching_does_not_wait_for_masked_arrays():
    script = """
import sys
import numpy as np
from vedette.teaching.teach import teach
teach(np.eye(12, dtype=np.float32), np.arange(12) % 2, ("a", "b"))
print("numpy.ma" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
