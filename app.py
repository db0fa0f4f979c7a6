"""Draw a digit and see how neural networks read it.  Run: streamlit run app.py"""

import base64
import os
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import streamlit as st

# In the address itself, because Streamlit forgets files between two runs of a visit, and the browser may ask just then.
ICON = f"data:image/png;base64,{base64.b64encode((Path(__file__).parent / 'ui/shell/icon.png').read_bytes()).decode()}"


def main() -> None:
    """Run the page once, for one visitor."""
    from language import _
    from ui import navigation, shell
    from ui.shared import visitor_language
    from ui.shared.run_lock import RunLock

    visitor_language.follow_visits()
    with RunLock():
        st.set_page_config(page_title=_("Draw a digit"), page_icon=ICON, layout="wide")
        shell.inject_assets()
        pages = {
            name: st.Page(
                _page(name), title=_(title), icon=icon, url_path=name if name != "draw" else "", default=name == "draw"
            )
            for name, (title, icon) in navigation.PAGES.items()
        }
        navigation.register(pages)
        page = navigation.navigate(pages)
    page.run()
    if page.url_path != "learn":
        from ui.learn.state import heartbeat

        heartbeat()


def _page(name: str) -> Callable[[], None]:
    """A page whose module is imported when it is opened, because charts and the database take as long as the rest."""

    def page() -> None:
        import_module(f"ui.{name}.page").page()

    page.__name__ = name
    return page


if __name__ == "__main__":  # Streamlit runs this file for each run of a visitor's page ...
    main()
else:  # ... and imports it once, for the ASGI application
    os.environ.setdefault(
        "OPENBLAS_NUM_THREADS", "1"
    )  # before NumPy is imported: its threads wait for one another on busy cores
    from server.maintenance import lifespan
    from server.middleware import middleware
    from server.routes import routes
    from ui.room import store

    store.sweep_in_background()
    app = st.App(__file__, routes=routes(), middleware=middleware(), lifespan=lifespan)
