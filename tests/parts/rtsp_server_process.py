"""An RTSP server on loopback, for the system's Python with GStreamer: started by rtsp_server.py.

One argument, a JSON object: `packets` (a file of H.264 access units, Annex B), `index` (a JSON file
of [pts, dts, size] in nanoseconds and bytes), `seconds` (of one run; each viewer sees it from its
beginning, again and again), `port` (0 for any), `username`, `password`, `authentication` ("none",
"basic", "digest"). Prints its port when it is ready.
"""

import json
import sys
from pathlib import Path

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtsp", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtsp, GstRtspServer  # noqa: E402 - versions are chosen first

# GStreamer 1.22's config-interval=-1 puts the parameter sets before every slice of a key frame, which
# tears a picture of several slices apart; the clip's own packets hold them before each key frame.
LAUNCH = (
    "( appsrc name=packets format=time block=true "
    "caps=video/x-h264,stream-format=byte-stream,alignment=au "
    "! h264parse ! rtph264pay name=pay0 pt=96 config-interval=0 )"
)


def main():
    asked = json.loads(sys.argv[1])
    Gst.init(None)
    server = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service(str(asked["port"]))
    factory = GstRtspServer.RTSPMediaFactory()
    factory.set_launch(LAUNCH)
    factory.connect("media-configure", lambda _, media: Player(asked).feed(media))
    if asked["authentication"] != "none":
        protect(server, factory, asked)
    server.get_mount_points().add_factory("/camera", factory)
    if not server.attach(None):
        sys.exit("the port is taken")
    sys.stdout.write(f"{server.get_bound_port()}\n")
    sys.stdout.flush()
    GLib.MainLoop().run()


class Player:
    """The access units, again and again on one time line."""

    def __init__(self, asked):
        self.index = json.loads(Path(asked["index"]).read_text())
        self.data = Path(asked["packets"]).read_bytes()
        self.run_nanoseconds = int(asked["seconds"] * Gst.SECOND)
        self.position = self.offset = self.runs = 0

    def feed(self, media):
        source = media.get_element().get_by_name_recurse_up("packets")
        source.connect("need-data", self.push)

    def push(self, source, _):
        pts, dts, size = self.index[self.position]
        buffer = Gst.Buffer.new_wrapped(self.data[self.offset : self.offset + size])
        buffer.pts = pts + self.runs * self.run_nanoseconds
        buffer.dts = dts + self.runs * self.run_nanoseconds
        source.emit("push-buffer", buffer)
        self.position, self.offset = self.position + 1, self.offset + size
        if self.position == len(self.index):
            self.position = self.offset = 0
            self.runs += 1


def protect(server, factory, asked):
    token = GstRtspServer.RTSPToken()
    token.set_string("media.factory.role", "viewer")
    auth = GstRtspServer.RTSPAuth()
    if asked["authentication"] == "digest":
        auth.set_supported_methods(GstRtsp.RTSPAuthMethod.DIGEST)
        auth.add_digest(asked["username"], asked["password"], token)
    else:
        basic = GstRtspServer.RTSPAuth.make_basic(asked["username"], asked["password"])
        auth.add_basic(basic, token)
    server.set_auth(auth)
    permissions = GstRtspServer.RTSPPermissions()
    permissions.add_permission_for_role("viewer", "media.factory.access", True)
    permissions.add_permission_for_role("viewer", "media.factory.construct", True)
    factory.set_permissions(permissions)


main()
