// The order in which test files begin: those that last longest first, so that none of them ends a run alone. By itself Vitest knows
// how long a file lasted only where it ran before, and on a fresh clone begins with the largest.
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** A sequencer that begins with the files whose paths end so, in this order, within each group and project; the others follow. */
export const longestFirst = (names: readonly string[]): typeof BaseSequencer => {
  const rank = ({ moduleId }: TestSpecification): number => {
    const at = names.findIndex((name) => moduleId.endsWith(`/${name}`));
    return at === -1 ? names.length : at;
  };
  const group = ({ project }: TestSpecification): number => project.config.sequence.groupOrder;
  return class extends BaseSequencer {
    override sort(files: TestSpecification[]): Promise<TestSpecification[]> {
      const sorted = files.toSorted(
        (a, b) => group(a) - group(b) || b.project.name.localeCompare(a.project.name) || rank(a) - rank(b),
      );
      return Promise.resolve(sorted);
    }
  };
};
