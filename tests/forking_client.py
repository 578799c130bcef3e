"""Have a command run by the process that listens at a socket: ``forking_client.py SOCKET WORD...``."""

import json
import os
import socket
import sys
from pathlib import Path

with socket.socket(socket.AF_UNIX) as server:
    server.connect(sys.argv[1])
    command = {"arguments": sys.argv[2:], "folder": str(Path.cwd()), "environment": dict(os.environ)}
    socket.send_fds(server, [json.dumps(command).encode()], [0, 1, 2])
    code = server.recv(1)
sys.exit(code[0] if code else 255)
