"""What the program is configured with: read once, from the environment and a file, then frozen.

The file is `settings.toml` in `INTERVIEWER_HOME`; its keys are the names of the variables below.
The environment wins. An unknown key in the file is an error.
"""

import json
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

import platformdirs
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, ValidationError

from interviewer.errors import StoreError, UsageError

FILE = "settings.toml"
SHIPPED = "shipped"
"""Names the bank that comes with the program, where a folder of questions is expected."""


def _address(url: str) -> str:
    try:
        parts = urlsplit(url)
        known = parts.scheme in ("http", "https") and parts.hostname and (parts.port or 1)
    except ValueError:
        known = False
    if url and not known:
        raise ValueError("give an address such as http://127.0.0.1:11434/v1")
    return url.rstrip("/")


def _key(key: SecretStr) -> SecretStr:
    text = key.get_secret_value().strip()
    if not all("!" <= char <= "~" for char in text):
        raise ValueError("it holds a space or a character that no key has; paste it again")
    return SecretStr(text)


class Configuration(BaseModel):
    """Where things are kept and which adapters to use; field aliases are the variables' names."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    home: Path = Field(alias="INTERVIEWER_HOME")
    judge: Literal["embedded", "llm"] = Field(default="embedded", alias="INTERVIEWER_JUDGE")
    encoder: str = Field(default="", alias="INTERVIEWER_ENCODER")
    bank: str = Field(default=SHIPPED, alias="INTERVIEWER_BANK")
    database_url: str = Field(default="", alias="DATABASE_URL", repr=False)
    chroma_url: str = Field(default="", alias="CHROMA_URL", repr=False)
    model: str = Field(default="", alias="INTERVIEWER_MODEL")
    base_url: Annotated[str, AfterValidator(_address)] = Field(
        default="", alias="OPENAI_BASE_URL", repr=False
    )
    api_key: Annotated[SecretStr, AfterValidator(_key)] = Field(
        default=SecretStr(""), alias="OPENAI_API_KEY", repr=False
    )
    timeout: float = Field(
        default=45.0, alias="INTERVIEWER_TIMEOUT", ge=1.0, le=3600.0, allow_inf_nan=False
    )
    """Seconds a call of the language model may take, all its requests together."""

    @property
    def has_model(self) -> bool:
        """Whether a language model is set up: its name, and an address or a key.

        A key alone is not enough: it may be there for another program, and calls cost money.
        """
        return bool(self.model and (self.base_url or self.api_key.get_secret_value()))

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
        read = cls._valid(values)
        if read.judge == "llm" and not read.has_model:
            raise UsageError(
                "INTERVIEWER_JUDGE: llm needs INTERVIEWER_MODEL, and OPENAI_API_KEY or "
                "OPENAI_BASE_URL: set them, or unset it"
            )
        return read

    def with_model(self, model: str, base_url: str, api_key: str | None) -> Self:
        """The same with this language model; without a key the present one stays.

        Raises `UsageError` naming the value at fault, never showing it.
        """
        values = {field.alias: getattr(self, name) for name, field in self._fields()}
        values |= {"INTERVIEWER_MODEL": model.strip(), "OPENAI_BASE_URL": base_url.strip()}
        if api_key is not None:
            values["OPENAI_API_KEY"] = api_key
        return self._valid({str(name): value for name, value in values.items()})

    def _fields(self) -> "list[tuple[str, Any]]":
        """What was given, so that a default stays one."""
        fields = type(self).model_fields
        return [(name, fields[name]) for name in self.model_fields_set]

    @classmethod
    def _valid(cls, values: Mapping[str, object]) -> Self:
        try:
            return cls.model_validate(values)
        except ValidationError as error:
            first = error.errors(include_input=False, include_url=False)[0]
            name = ".".join(str(part) for part in first["loc"])
            reason = first["msg"].removeprefix("Value error, ")
            raise UsageError(f"{name}: {reason}: mend it or unset it") from None


def keep(home: Path, values: Mapping[str, str]) -> None:
    """Write values into the file of `home`, other lines as they are; empty ones are taken out.

    Only the file's owner may read it from then on: a key may be in it. Raises `StoreError`.
    """
    path = home / FILE
    _from_file(path)
    try:
        old = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        kept = [line for line in old if line.partition("=")[0].strip() not in values]
        new = [f"{name} = {_quoted(value)}" for name, value in values.items() if value]
        home.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part")
        part.unlink(missing_ok=True)
        part.touch(mode=0o600)
        part.write_text("\n".join([*new, *kept, ""]), encoding="utf-8")
        part.replace(path)
    except OSError as error:
        raise StoreError(f"{path}: cannot be written ({error.strerror}): check it") from error


def _quoted(value: str) -> str:
    """A TOML string: its escapes are those of JSON."""
    return json.dumps(value, ensure_ascii=False)


def _from_file(path: Path) -> dict[str, object]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"{path}: cannot be read as TOML ({error}): mend or remove it") from error
