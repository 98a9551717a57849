// A station's certificate for browsers and relay, as an ACME client outside of the program keeps it: 90 days, a new one a little
// more than a third before its end, and what is served follows what lies on the disk. Either may stop. Nothing is timed: each look works out what
// happened since the last one.
import { hex } from "@parley/base/bytes";
import { type Instant, after, days } from "@parley/base/time";
import { utf8 } from "@parley/base/bytes";
import { sha256Of } from "@parley/protocol/signed/hash";

export type Certificate = {
  readonly fingerprint: string;
  readonly began: Instant;
  readonly ends: Instant;
  readonly fits: boolean;
};

const lasts = days(90);
const renewedAfter = days(55);

export class Certificates {
  private readonly name: string;
  private made = 0;
  private disk: Certificate;
  private shown: Certificate;
  /** Whether new ones are made, and whether what is served follows them. */
  renews = true;
  reloads = true;

  constructor(name: string, now: Instant) {
    this.name = name;
    this.disk = this.make(now, true);
    this.shown = this.disk;
  }

  onDisk(now: Instant): Certificate {
    while (this.renews && now >= after(this.disk.began, renewedAfter)) {
      // Made at its time, as long as somebody was there to make it: at the latest now.
      const due = after(this.disk.began, renewedAfter);
      this.disk = this.make(after(due, lasts) <= now ? now : due, true);
    }
    return this.disk;
  }

  served(now: Instant): Certificate {
    const disk = this.onDisk(now);
    if (this.reloads) this.shown = disk;
    return this.shown;
  }

  holds(now: Instant): boolean {
    const { began, ends, fits } = this.served(now);
    return fits && began <= now && now < ends;
  }

  /** Somebody puts another one there: too early, or for another name. */
  replace(began: Instant, fits: boolean): void {
    this.disk = this.make(began, fits);
  }

  private make(began: Instant, fits: boolean): Certificate {
    const fingerprint = hex(sha256Of(utf8(`${this.name} ${++this.made}`)));
    return { fingerprint, began, ends: after(began, lasts), fits };
  }
}
