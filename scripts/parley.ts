// `npm run parley -- COMMAND`: the command line.
import "../apps/cli/src/main.ts";
