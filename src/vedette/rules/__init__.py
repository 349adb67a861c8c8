"""From confidences a frame to states that last: one file a kind of question."""
