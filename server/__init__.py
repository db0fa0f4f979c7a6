"""The server between browsers and Streamlit: routes, limits, compression and maintenance."""
