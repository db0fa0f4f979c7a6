"""A page with only the canvas, for comparison with the real page."""

import streamlit as st
from streamlit_drawable_canvas import st_canvas


@st.fragment
def page() -> None:
    """The same canvas, and a number that changes with each stroke."""
    result = st_canvas(
        stroke_width=18, stroke_color="white", height=280, width=280, return_image_data=True, key="canvas"
    )
    st.html(f'<p class="answers">{len((result.json_data or {}).get("objects", []))} strokes</p>')


page()
