# syntax=docker/dockerfile:1
# Two stages: the compiler stays in the first. What runs has no shell, no package manager and no root.
FROM rust:1.95-slim-bookworm AS build
# Luau and the sandbox's film encoder are C++, SQLite (for `import`) is C.
RUN apt-get update && apt-get install -y --no-install-recommends g++ && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
RUN --mount=type=cache,target=/usr/local/cargo/registry --mount=type=cache,target=/src/target \
    cargo build --locked --release && cp target/release/sora-bot /sora-bot && mkdir -p /empty/data

FROM gcr.io/distroless/cc-debian12
COPY --from=build /sora-bot /usr/local/bin/sora-bot
COPY --from=build --chown=1000:1000 /empty/data /data
USER 1000:1000
WORKDIR /data
# All that must outlive the container lies on one disk: the book, films, scripts that the owner edits.
ENV DATABASE_PATH=/data/bot.redb SCRIPTS_DIR=/data/scripts LOCALES_DIR=/data/locales PORT=8080
VOLUME /data
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s CMD ["/usr/local/bin/sora-bot", "health"]
ENTRYPOINT ["/usr/local/bin/sora-bot"]
CMD ["run"]
