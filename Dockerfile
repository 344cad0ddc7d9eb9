# Builds with the development dependencies, and leaves them behind: the last stage has what the program needs to run.
FROM node:24.21.0-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --engine-strict --ignore-scripts
COPY tsconfig.json tsconfig.build.json ./
COPY src src/
RUN npm run build

FROM node:24.21.0-bookworm-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --engine-strict --ignore-scripts --omit=dev

FROM node:24.21.0-bookworm-slim
ENV NODE_ENV=production HOST=0.0.0.0 PORT=4000 DATA_DIR=/home/node/data
WORKDIR /app
COPY --from=dependencies /app/node_modules node_modules/
COPY package.json schema.graphql ./
COPY drizzle drizzle/
COPY --from=build /app/dist dist/
# The program cannot write to its own files. A new volume at DATA_DIR gets this folder's owner.
USER node
RUN mkdir -p "$DATA_DIR"
EXPOSE 4000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
  CMD ["node", "--eval", "fetch('http://127.0.0.1:' + process.env.PORT + '/readyz').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# No shell between: signals reach Node, and what follows the image's name is a command of the program.
ENTRYPOINT ["node", "dist/main.js"]
CMD ["serve"]
