"""What the program is configured with: read once, from the environment and a file, then frozen.

The file is `settings.toml` in `INTERVIEWER_HOME`; its keys are the names of the variables below.
The environment wins. An unknown key in the file is an error.
"""

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Literal, Self

import platformdirs
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from interviewer.errors import UsageError

FILE = "settings.toml"
SHIPPED = "shipped"
"""Names the bank that comes with the program, where a folder of questions is expected."""


class Configuration(BaseModel):
    """Where things are kept and which adapters to use; field aliases are the variables' names."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    home: Path = Field(alias="INTERVIEWER_HOME")
    judge: Literal["embedded"] = Field(default="embedded", alias="INTERVIEWER_JUDGE")
    encoder: str = Field(default="", alias="INTERVIEWER_ENCODER")
    bank: str = Field(default=SHIPPED, alias="INTERVIEWER_BANK")
    database_url: str = Field(default="", alias="DATABASE_URL", repr=False)
    chroma_url: str = Field(default="", alias="CHROMA_URL", repr=False)

    @property
    def banks(self) -> tuple[Path | None, ...]:
        """The folders of questions to use, None for the shipped one.

        `INTERVIEWER_BANK` joins them as `PATH` does: `shipped:/my/questions` has both.
        """
        parts = [part for part in self.bank.split(os.pathsep) if part]
        return tuple(None if part == SHIPPED else Path(part) for part in parts)

    @classmethod
    def read(cls, environment: Mapping[str, str] | None = None) -> Self:
        """The configuration of this process. Raises `UsageError` naming the variable at fault."""
        env = os.environ if environment is None else environment
        home = Path(env.get("INTERVIEWER_HOME") or platformdirs.user_data_path("interviewer"))
        values: dict[str, object] = {**_from_file(home / FILE), "INTERVIEWER_HOME": home}
        for field in cls.model_fields.values():
            name = str(field.alias)
            if env.get(name) and name != "INTERVIEWER_HOME":
                values[name] = env[name]
        try:
            return cls.model_validate(values)
        except ValidationError as error:
            first = error.errors()[0]
            name = ".".join(str(part) for part in first["loc"])
            raise UsageError(f"{name}: {first['msg']}: mend it or unset it") from error


def _from_file(path: Path) -> dict[str, object]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"{path}: cannot be read as TOML ({error}): mend or remove it") from error
