"""Every error a person may see: one line that says what is wrong and what to do.

InterviewerError
├── UsageError          an argument or a setting makes no sense (exit status 2)
├── BankError           a question file cannot be used
├── AnswerRefused       an answer cannot be taken as it is; it is kept for editing
├── SessionError        an interview cannot be found, read or continued
│   └── Conflict        another window or process has already moved it on
├── StoreError          the database or the home folder cannot be used
├── IndexUnavailable    the vector store cannot be opened or reached
│   └── IndexInUse      another process owns its folder
├── ModelFilesError     a model's files are missing or damaged
├── ModelUnavailable    the language model's endpoint gives no reply
├── ReplyUnusable       the language model's reply cannot be used
├── FileError           a file given on the command line cannot be read or written
└── AddressInUse        the port is taken
"""


class InterviewerError(Exception):
    """The root: `str(error)` is one line, fit to be shown as it is."""

    exit_status = 1

    def __str__(self) -> str:
        return " ".join(super().__str__().split())


class UsageError(InterviewerError):
    """An argument or a setting makes no sense."""

    exit_status = 2


class BankError(InterviewerError):
    """A question file cannot be used; names the file, the key and what was expected."""


class AnswerRefused(InterviewerError):
    """An answer cannot be taken as it is (empty, too long); the text is kept for editing."""


class SessionError(InterviewerError):
    """An interview cannot be found, read or continued."""


class Conflict(SessionError):
    """Somebody else has already stored what comes next in this interview."""

    def __init__(self) -> None:
        super().__init__("this interview moved on in another window: reload the page")


class StoreError(InterviewerError):
    """The database or the home folder cannot be used."""


class IndexUnavailable(InterviewerError):
    """The vector store cannot be opened or reached."""


class IndexInUse(IndexUnavailable):
    """Another process owns the folder of the vector store."""


class ModelFilesError(InterviewerError):
    """A model's files are missing or damaged."""


class ModelUnavailable(InterviewerError):
    """The language model's endpoint gives no reply: unreachable, too slow, refusing."""


class ReplyUnusable(InterviewerError):
    """The language model replied, but not with what was asked for."""


class FileError(InterviewerError):
    """A file given on the command line cannot be read or written."""


class AddressInUse(InterviewerError):
    """The address to listen on is taken."""
