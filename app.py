"""Draw a digit and see what four neural networks make of it.  Run: streamlit run app.py"""

from pathlib import Path

import streamlit as st

from views import book, draw, evidence

VIEWS = Path(__file__).parent / "views"

st.set_page_config(page_title="Draw a digit", page_icon=str(VIEWS / "icon.png"), layout="wide")
st.html(VIEWS / "style.css")
with st.container(key="script"):
    st.html(VIEWS / "script.html", unsafe_allow_javascript=True)

page = st.navigation(
    [
        st.Page(draw.page, title="Draw a digit", default=True),
        st.Page(evidence.page, title="Evidence", url_path="evidence"),
        st.Page(book.page, title="The book", url_path="book"),
    ],
    position="top",
)
page.run()
