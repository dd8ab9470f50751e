import { SaiondoError } from '../../../model/errors';
import type { PipelineDefinition } from '../../../model/pipeline';
import type { Journals } from './journals';
import type { Limit } from '../checks/limits';

/** The updates of its pipeline that one session follows; more would be a pipeline that never settles. */
const MOST_MUTATIONS = 3;

/** What the structure of a pipeline is read from and told to. */
export interface StructureHost {
  /** The pipeline as it is deployed now; called often. */
  readonly deployed: () => PipelineDefinition;
  /** What of a pipeline is not followed; told when the pipeline is defined, before anything of it runs. */
  readonly limits: (pipeline: PipelineDefinition) => readonly Limit[];
}

/** The structure that a session runs by: as its run recorded it last, until the pipeline is updated. */
export class Structure {
  private mutations = 0;
  private defined: boolean;
  private definition: PipelineDefinition;

  /** @param recorded the structure that the run had when an engine before this one left it */
  constructor(
    private readonly host: StructureHost,
    private readonly journals: Journals,
    recorded: PipelineDefinition | undefined,
  ) {
    this.defined = recorded !== undefined;
    this.definition = recorded ?? host.deployed();
  }

  /** The pipeline as the session knows it. */
  get pipeline(): PipelineDefinition {
    return this.definition;
  }

  /** Records the structure of a run that has none yet. */
  begin(): void {
    if (!this.defined) this.define(this.definition);
  }

  /**
   * An update of the pipeline, by its own self-mutation or by hand (CodePipeline User Guide, "Edit a pipeline").
   * @throws SaiondoError `MUTATION_LOOP`
   */
  follow(): void {
    const next = this.host.deployed();
    if (next.structureVersion === this.definition.structureVersion) return;
    if (++this.mutations > MOST_MUTATIONS)
      throw new SaiondoError(`the pipeline changed itself ${this.mutations} times in one run`, {
        code: 'MUTATION_LOOP',
        next: 'its synth gives another pipeline each time: compare two of them',
      });
    this.journals.emit({
      kind: 'pipeline.mutated',
      fromStructureVersion: this.definition.structureVersion,
      toStructureVersion: next.structureVersion,
      reason: 'self-mutation deployed another structure',
    });
    this.define(next);
  }

  private define(pipeline: PipelineDefinition): void {
    this.defined = true;
    this.definition = pipeline;
    this.journals.emit({ kind: 'pipeline.defined', definition: pipeline });
    for (const limit of this.host.limits(pipeline)) this.journals.emit({ kind: 'message', level: 'limit', ...limit });
  }
}
