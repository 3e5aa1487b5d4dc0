"""What the session asks: a typed yes, a reason, notes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Input, Static

__all__ = ["Question"]


class Question(ModalScreen[str | None]):
    """Shows lines and takes one line of text; None where the reviewer thought better of it."""

    DEFAULT_CSS = """
    Question { align: center middle; }
    Question > Vertical {
        width: 90%; max-width: 120; height: auto; max-height: 90%; border: round $primary; padding: 0 1;
        background: $surface;
    }
    Question VerticalScroll { height: auto; max-height: 16; }
    Question Input { background: $boost; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Back"),
        Binding("pageup", "scroll(-1)", show=False),
        Binding("pagedown", "scroll(1)", show=False),
    ]

    def __init__(self, lines: Iterable[Text], *, ask: str, value: str = "") -> None:
        super().__init__()
        self._lines = tuple(lines)
        self._ask = ask
        self._value = value

    def compose(self) -> ComposeResult:
        """The lines, what is asked, and where to type."""
        with Vertical():
            with VerticalScroll(can_focus=False):
                yield Static(Text("\n").join(self._lines), markup=False)
            yield Static(Text(f"{self._ask}  (Enter; Esc goes back)", style="bold"), markup=False)
            yield Input(value=self._value, max_length=2000, compact=True)

    def on_mount(self) -> None:
        """Begin where one types."""
        self.query_one(Input).focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """What was typed is the answer."""
        event.stop()
        self.dismiss(event.value.strip())

    def action_leave(self) -> None:
        """Think better of it."""
        self.dismiss(None)

    def action_scroll(self, direction: int) -> None:
        """Read on, while one types."""
        self.query_one(VerticalScroll).scroll_relative(y=10 * direction, animate=False)
