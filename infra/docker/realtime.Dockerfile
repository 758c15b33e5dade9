# Builds the realtime server. Context: the root of the repository.
#   docker build --file infra/docker/realtime.Dockerfile --tag roomcast-realtime .

FROM node:20 AS build
WORKDIR /build
COPY package.json ./
RUN npm install --global "pnpm@$(node -p "require('./package.json').devEngines.packageManager.version")"
COPY pnpm-lock.yaml pnpm-workspace.yaml tsconfig.base.json ./
COPY packages ./packages
COPY apps/realtime ./apps/realtime
RUN --mount=type=cache,target=/pnpm-store \
    pnpm install --frozen-lockfile --store-dir /pnpm-store --filter "@roomcast/realtime..."
RUN ./node_modules/.bin/tsc --build apps/realtime && node apps/realtime/native/build.mjs
# Only what the process needs at run time, with the workspace's packages copied in.
RUN --mount=type=cache,target=/pnpm-store \
    pnpm deploy --prod --store-dir /pnpm-store --filter "@roomcast/realtime" /deploy && \
    rm -rf /deploy/src

FROM node:20-slim
ENV NODE_ENV=production HOST=0.0.0.0 PORT=8000
WORKDIR /app
COPY --from=build /deploy ./
USER node
EXPOSE 8000
HEALTHCHECK --interval=5s --timeout=3s --start-period=20s --retries=3 \
    CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/health`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "dist/main.js"]
