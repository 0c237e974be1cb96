# Two stages: wheels are checked and installed in the first; the second has no tools to build with.
ARG PYTHON=3.13

FROM python:${PYTHON}-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_ROOT_USER_ACTION=ignore
WORKDIR /src
COPY requirements/runtime.txt requirements/build.txt requirements/
RUN python -m venv --without-pip /opt/playrelay \
    && python -m pip --python /opt/playrelay/bin/python install \
        --require-hashes --only-binary :all: -r requirements/runtime.txt \
    && python -m pip install --require-hashes --only-binary :all: -r requirements/build.txt
COPY pyproject.toml README.md LICENSE ./
COPY app app
COPY static static
COPY docs docs
RUN python -m pip wheel --no-deps --no-build-isolation --wheel-dir /wheels . \
    && python -m pip --python /opt/playrelay/bin/python install --no-deps --no-index /wheels/*.whl

FROM python:${PYTHON}-slim
ARG VERSION=""
ARG REVISION=""
LABEL org.opencontainers.image.title="playrelay" \
      org.opencontainers.image.description="The self-hosted relay between any web player and HubSpot" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"

RUN python -m pip uninstall --yes --quiet --root-user-action=ignore pip \
    && rm -rf /usr/local/lib/python3*/ensurepip \
    && install -d -o 10001 -g 10001 -m 0700 /data
COPY --from=build /opt/playrelay /opt/playrelay

# MALLOC_ARENA_MAX: the threads share what one of them has given back, which saves 2 MB.
ENV PATH="/opt/playrelay/bin:${PATH}" \
    PYTHONDONTWRITEBYTECODE=1 \
    MALLOC_ARENA_MAX=1 \
    PLAYRELAY_HOST=0.0.0.0 \
    PLAYRELAY_DATABASE_URL=sqlite:////data/playrelay.db

# Numeric, so that a platform can see that it is not root.
USER 10001:10001
VOLUME /data
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import http.client, os, sys; port = os.environ.get('PLAYRELAY_INTERNAL_PORT') or os.environ.get('PLAYRELAY_PORT') or os.environ.get('PORT') or '8000'; relay = http.client.HTTPConnection('127.0.0.1', int(port), timeout=3); relay.request('GET', '/readyz'); sys.exit(relay.getresponse().status != 200)"]
ENTRYPOINT ["playrelay"]
CMD ["serve"]
