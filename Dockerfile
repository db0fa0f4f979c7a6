FROM python:3.13-slim
WORKDIR /app
COPY deploy/requirements.lock .
RUN pip install --no-cache-dir --require-hashes -r requirements.lock
COPY app.py .
COPY .streamlit .streamlit
COPY browser browser
COPY digits digits
COPY explain explain
COPY language language
COPY learning learning
COPY locale locale
COPY models models
COPY recognition recognition
COPY rooms rooms
COPY server server
COPY ui ui
COPY weights weights
COPY deploy/health.py health.py
RUN useradd --create-home --uid 1000 page && install -d -o page /rooms
USER 1000
ENV DIGIT_ROOMS=sqlite:////rooms/rooms.sqlite
EXPOSE 8501
HEALTHCHECK --interval=5s --timeout=20s --start-period=30s --retries=2 CMD ["python", "health.py"]
CMD ["streamlit", "run", "app.py", "--server.headless=true", "--server.address=0.0.0.0", "--server.port=8501", "--server.fileWatcherType=none"]
