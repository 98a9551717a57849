// A room's camera inside the page, before any script of its own: there is none on a test machine, so a canvas with grain stands for
// one. The microphone is the browser's own.
if (window.isSecureContext) {
  const { mediaDevices } = navigator;
  const own = mediaDevices.getUserMedia.bind(mediaDevices);
  mediaDevices.getUserMedia = async (constraints = {}) => {
    const { video } = constraints;
    return video === undefined || video === false ? own(constraints) : canvasCamera();
  };
}

function canvasCamera(): MediaStream {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [640, 360];
  const pen = canvas.getContext("2d");
  const draw = (): void => {
    for (let i = 0; i < 400 && pen !== null; i++) {
      pen.fillStyle = `hsl(${Math.random() * 360} 60% ${Math.random() * 100}%)`;
      pen.fillRect(Math.random() * 640, Math.random() * 360, 60, 40);
    }
  };
  draw();
  const stream = canvas.captureStream(15);
  const timer = setInterval(() => {
    if (stream.getTracks().every(({ readyState }) => readyState === "ended")) clearInterval(timer);
    else draw();
  }, 60);
  return stream;
}

export {};
