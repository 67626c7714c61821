# The service as an image: built in one stage, and run by another that has neither a compiler nor uv.
# It writes nothing to its own folder, so it may run with a read-only root (docs/operations.md).
FROM python:3.13-slim AS build
WORKDIR /srv/django-auth-service
RUN pip install --no-cache-dir uv==0.13.9
COPY pyproject.toml ./
RUN uv sync --no-dev --no-cache --compile-bytecode
COPY . ./
RUN .venv/bin/python -m compileall -q -x '\.venv' .

FROM python:3.13-slim
WORKDIR /srv/django-auth-service
COPY --from=build /srv/django-auth-service ./
ENV PATH=/srv/django-auth-service/.venv/bin:$PATH
ENV PYTHONDONTWRITEBYTECODE=1
ENV PYTHONUNBUFFERED=1
ENV SERVE_HOST=0.0.0.0
ENV PORT=8000
ENV SERVE_LIVE_PORT=8001
EXPOSE 8000
USER 10001:10001
HEALTHCHECK --interval=10s --timeout=5s --start-period=10s CMD ["python", "-c", "import os, urllib.request as r; r.urlopen(f'http://127.0.0.1:{os.environ[\"SERVE_LIVE_PORT\"]}/api/_health/live', timeout=4)"]
ENTRYPOINT ["python", "manage.py"]
CMD ["serve"]
