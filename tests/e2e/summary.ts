// Says at the end in one line what the journeys came to, and where to look when one failed.
import type {FullResult, Reporter, Suite} from '@playwright/test/reporter';

export default class Summary implements Reporter {
  private all?: Suite;

  onBegin(_: unknown, all: Suite) {
    this.all = all;
  }

  onEnd({status}: FullResult) {
    const journeys = this.all?.allTests() ?? [];
    const passed = journeys.filter((journey) => journey.outcome() === 'expected').length;
    if (status !== 'passed') console.log('trace, picture and page of each failure: build/test-ui/results; the log of the service: build/test-ui/demo/orchestrator.log');
    // What did not run did not pass; without a service there are not even journeys.
    console.log(`${passed} passed, ${Math.max(journeys.length - passed, Number(status !== 'passed'))} failed`);
  }
}
