"""What stands between browsers and Streamlit: no message, upload or line may take the page from other visitors."""
