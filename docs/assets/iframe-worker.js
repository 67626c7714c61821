// A browser starts no worker for a page that is opened from the disk, and the search is a worker.
// Such a page runs it in a hidden frame. The theme looks for the names IFrameWorker and importScripts.
if (location.protocol === "file:") {
  const inFrame = `
    self.IFrameWorker = true;
    self.postMessage = (data) => parent.postMessage(data, "*");
    self.importScripts = async (...addresses) => {
      for (const src of addresses) {
        await new Promise((onload, onerror) => {
          document.body.append(Object.assign(document.createElement("script"), {src, onload, onerror}));
        });
      }
    };`;

  self.Worker = class extends EventTarget {
    constructor(address) {
      super();
      const frame = Object.assign(document.createElement("iframe"), {hidden: true});
      frame.srcdoc = `<body><script>${inFrame}</script><script src="${address}"></script>`;
      this.frame = frame;
      this.loaded = new Promise((done) => frame.addEventListener("load", done));
      addEventListener("message", ({source, data}) => {
        if (source === frame.contentWindow) this.dispatchEvent(new MessageEvent("message", {data}));
      });
      document.body.append(frame);
    }

    async postMessage(data) {
      await this.loaded;
      this.frame.contentWindow.dispatchEvent(new MessageEvent("message", {data}));
    }

    terminate() {
      this.frame.remove();
    }
  };
}
