import threading

from parts.happenings import frame, verdict
from vedette.pipeline.severable_recorder import SeverableRecorder


class Notes:
    def __init__(self):
        self.said = []
        self.inside, self.go_on = threading.Event(), threading.Event()
        self.go_on.set()

    def observe(self, frame, verdict, label):
        self.inside.set()
        assert self.go_on.wait(20)
        self.said.append(label)

    def finish(self, reason):
        self.said.append(reason)


def test_everything_passes_until_it_is_severed_and_nothing_after():
    notes = Notes()
    recorder = SeverableRecorder(notes)
    recorder.observe(frame(0), verdict(), "cat")
    recorder.finish("the end")
    assert recorder.sever("it hung")
    recorder.observe(frame(1), verdict(), "mouse")
    recorder.finish("another end")
    assert recorder.sever("again")
    assert notes.said == ["cat", "the end", "it hung"]


def test_a_recorder_that_hangs_itself_is_severed_though_its_events_stay_open(caplog):
    notes = Notes()
    notes.go_on.clear()
    recorder = SeverableRecorder(notes, patience_seconds=0.01)
    thread = threading.Thread(target=recorder.observe, args=(frame(0), verdict(), "cat"))
    thread.start()
    assert notes.inside.wait(20)
    assert not recorder.sever("it hung")
    notes.go_on.set()
    thread.join(20)
    recorder.observe(frame(1), verdict(), "mouse")
    assert notes.said == ["cat"]
    assert "next start" in caplog.text
