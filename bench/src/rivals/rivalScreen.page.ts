// The screen that every rival's page has: one Answer button, one picture and one sound of the other side. Sound has an element
// of its own: in one with the picture it stays silent until the picture decodes.

const remoteMedia = (kind: "video" | "audio"): HTMLMediaElement => {
  const element = document.createElement(kind);
  element.dataset["stream"] = "remote";
  element.autoplay = true;
  if (element instanceof HTMLVideoElement) [element.playsInline, element.muted] = [true, true];
  return element;
};

export type Screen = {
  readonly picture: HTMLMediaElement;
  readonly sound: HTMLMediaElement;
  show(track: MediaStreamTrack): void;
  /** Our own picture in a corner, as large as on Parley's desk. */
  mirror(track: MediaStreamTrack): void;
  clear(): void;
};

export function buildScreen(answer: () => void): Screen {
  const button = document.createElement("button");
  button.dataset["act"] = "answer";
  button.textContent = "Answer";
  button.onclick = answer;
  const [picture, sound] = [remoteMedia("video"), remoteMedia("audio")];
  // As large as Parley shows it: the whole window. To scale a picture and to draw it costs as much as to decode it.
  Object.assign(picture.style, { position: "fixed", inset: "0", width: "100vw", height: "100vh", objectFit: "cover" });
  Object.assign(button.style, { position: "relative", zIndex: "1" });
  const self = document.createElement("video");
  [self.autoplay, self.playsInline, self.muted] = [true, true, true];
  Object.assign(self.style, {
    position: "fixed",
    right: "2rem",
    bottom: "6rem",
    width: "15rem",
    aspectRatio: "16 / 9",
  });
  Object.assign(self.style, { objectFit: "cover", transform: "scaleX(-1)" });
  document.body.replaceChildren(button, picture, sound);
  return {
    picture,
    sound,
    show: (track) => {
      (track.kind === "video" ? picture : sound).srcObject = new MediaStream([track]);
    },
    mirror: (track) => {
      self.srcObject = new MediaStream([track]);
      document.body.append(self);
    },
    clear: () => {
      picture.srcObject = sound.srcObject = self.srcObject = null;
      self.remove();
    },
  };
}

/** The camera and microphone, open. */
export async function openDevices(): Promise<{ video: MediaStreamTrack; audio: MediaStreamTrack }> {
  const stream = await navigator.mediaDevices.getUserMedia({ video: true, audio: true });
  const [[video], [audio]] = [stream.getVideoTracks(), stream.getAudioTracks()];
  if (video === undefined || audio === undefined) throw new Error("no camera or no microphone");
  return { video, audio };
}
