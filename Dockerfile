# Built and run on Debian 12, with the same scripts as on any other machine.
FROM debian:12-slim AS build
RUN apt-get update && apt-get install -y --no-install-recommends make && rm -rf /var/lib/apt/lists/*
WORKDIR /source
COPY .ci .ci
RUN .ci/install build
COPY static/package.json static/package-lock.json static/
RUN .ci/page-modules
COPY CMakeLists.txt CMakePresets.json Makefile ./
COPY internal internal
COPY cmd cmd
COPY static static
RUN make build && strip build/release/tickertape

FROM debian:12-slim
COPY .ci/install .ci/packages /tmp/ci/
RUN /tmp/ci/install runtime && rm -rf /tmp/ci /var/lib/apt/lists/* && useradd --system --no-create-home tickertape \
    && install -d -o tickertape -g tickertape /var/lib/tickertape/data
COPY --from=build /source/build/release/tickertape /usr/local/bin/tickertape
USER tickertape
# Ticks are kept in data/ of the working directory.
WORKDIR /var/lib/tickertape
VOLUME /var/lib/tickertape/data
EXPOSE 8082
# It gives up by itself after 5 s, and says why.
HEALTHCHECK --interval=10s --timeout=8s --start-period=5s CMD ["tickertape", "healthcheck"]
ENTRYPOINT ["tickertape"]
