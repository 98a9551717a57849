// `npm run bench -- call|drill|frames|keys|ledger|links|turn [--json]`: Parley's figures, each beside its rival in the same run.
import "../bench/src/main.ts";
