# One image, two containers of it: `--part web` and `--part daemon`, sharing the volumes of the inbox and the home.
FROM python:3.11-slim

RUN useradd --create-home --uid 10001 energy && mkdir -p /srv/energy/inbox /srv/energy/home && chown -R energy /srv/energy
WORKDIR /opt/energy-pipeline

COPY requirements.lock ./
RUN python -m venv .venv && .venv/bin/pip install --no-cache-dir --require-hashes -r requirements.lock
COPY . .
RUN .venv/bin/pip install --no-cache-dir --no-deps --no-build-isolation -e .

# By number: an orchestrator that forbids root cannot tell from a name.
USER 10001
VOLUME ["/srv/energy/inbox", "/srv/energy/home"]
ENTRYPOINT ["/opt/energy-pipeline/.venv/bin/energy-pipeline"]
CMD ["ui", "--part", "daemon", "--inbox", "/srv/energy/inbox", "--home", "/srv/energy/home"]
