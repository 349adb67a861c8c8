const KEY = "vedette.first";

interface Progress {
  camera?: string;
  classifier?: string;
  label?: string;
  rule?: string;
}

/** How far a newcomer has come; kept for this tab, so that one may go to Teach and come back. */
class Journey {
  progress = $state<Progress>(read());

  get isUnderWay(): boolean {
    return this.progress.camera !== undefined && this.progress.rule === undefined;
  }

  /** What the second step has made. */
  get made(): { classifier: string; label: string } | undefined {
    const { classifier, label } = this.progress;
    return classifier && label ? { classifier, label } : undefined;
  }

  /** The newcomer is on the way with this classifier. */
  isAbout(classifier: string): boolean {
    return this.isUnderWay && this.progress.classifier === classifier;
  }

  get isDone(): boolean {
    return this.progress.rule !== undefined;
  }

  note(progress: Progress): void {
    this.progress = { ...this.progress, ...progress };
    write(this.progress);
  }

  /** A camera or a classifier is gone: what was decided of it is to be decided anew. */
  forget({ camera, classifier }: { camera?: string; classifier?: string }): void {
    const { progress } = this;
    if (camera && progress.camera === camera) this.end();
    else if (progress.camera && classifier && progress.classifier === classifier) {
      this.end();
      this.note({ camera: progress.camera });
    }
  }

  end(): void {
    this.progress = {};
    write(null);
  }
}

function read(): Progress {
  try {
    return JSON.parse(sessionStorage.getItem(KEY) ?? "{}") as Progress;
  } catch {
    return {};
  }
}

function write(progress: Progress | null): void {
  try {
    if (progress) sessionStorage.setItem(KEY, JSON.stringify(progress));
    else sessionStorage.removeItem(KEY);
  } catch {
    // A browser that keeps nothing: the path is shorter-lived, no more.
  }
}

export const journey = new Journey();
