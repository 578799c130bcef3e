"""The pages work from an installed wheel, wherever it lies."""

import os
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parents[2]
RENDER = """
import asyncio, httpx
from types import SimpleNamespace
from fastapi import FastAPI
from api.pages import routes
from api.ports import Collaborators
nothing = dict.fromkeys(Collaborators.__dataclass_fields__)
nothing["administering"] = SimpleNamespace(current=lambda: None)
app = FastAPI()
app.include_router(routes.router(Collaborators(**nothing)))
async def read():
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://motcua.test") as client:
        page = await client.get("/")
        style = page.text.partition('rel="stylesheet" href="')[2].partition('"')[0]
        print(routes.__file__, page.status_code, (await client.get(style)).status_code)
asyncio.run(read())
"""


@pytest.mark.slow
def test_templates_texts_and_static_files_are_in_the_wheel(tmp_path: Path) -> None:
    subprocess.run(  # noqa: S603 - our own build, our own arguments
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    installed = tmp_path / "installed"
    with ZipFile(next(tmp_path.glob("*.whl"))) as wheel:
        wheel.extractall(installed)
    found = subprocess.run(  # noqa: S603 - our own code, from the wheel
        [sys.executable, "-P", "-c", RENDER],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(installed)},
        check=True,
        capture_output=True,
        text=True,
    )
    assert found.stdout.split() == [str(installed / "api" / "pages" / "routes.py"), "200", "200"]
