// How loud it is at a microphone just now, for whoever sets it up. Reads the track and changes nothing about it.

export type Level = { /** 0 to 1, of full scale. */ readonly now: () => number; readonly stop: () => void };

/** The quietest that shows: what a silent room gives. */
const floor = -60; // dB of full scale

export function levelOf(track: MediaStreamTrack): Level {
  const context = new AudioContext();
  const analyser = new AnalyserNode(context, { fftSize: 2048 });
  context.createMediaStreamSource(new MediaStream([track])).connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  return {
    now: () => {
      // Where a page may make no sound before it is touched, it hears none by this way either.
      if (context.state === "suspended") void context.resume();
      analyser.getFloatTimeDomainData(samples);
      const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
      return Math.min(1, Math.max(0, 1 - (10 * Math.log10(power)) / floor));
    },
    stop: () => void context.close(),
  };
}
