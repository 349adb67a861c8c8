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

  get isDone(): boolean {
    return this.progress.rule !== undefined;
  }

  note(progress: Progress): void {
    this.progress = { ...this.progress, ...progress };
    write(this.progress);
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
