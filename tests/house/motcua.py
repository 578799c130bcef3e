"""``motcua`` as a reader uses it: what serves until Ctrl-C gets its Ctrl-C once it says that it waits for it."""

import signal
import subprocess
import sys


def main(arguments: list[str]) -> int:
    command = [sys.executable, "-m", "service.cli", *arguments]
    serves = arguments[0] in {"serve", "api", "demo", "kafka"} and "--no-serve" not in arguments
    if not serves:
        return subprocess.run(command, check=False).returncode  # noqa: S603 - our own words
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:  # noqa: S603
        assert server.stdout is not None
        for line in server.stdout:
            print(line, end="", flush=True)
            if "Ctrl-C" in line:
                server.send_signal(signal.SIGINT)
    return server.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
