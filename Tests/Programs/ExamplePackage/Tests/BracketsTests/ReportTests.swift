import Brackets
import CrashLab
import CrashLabText
import Foundation
import Testing

// Without expectations: the values of a trial, its words, and the JSON that scripts read.

@Test func trialHasValuesWordsAndJSON() throws {
  let result = try Laboratory.trial(on: .thread(size: 64 << 10)) {
    _ = try? Brackets.parseTrusting(String(repeating: "[", count: 1_000_000))
  }
  let overflow = try #require(result.overflow)
  #expect(overflow.site.kind == .guard && overflow.site.stackSize == 64 << 10)
  #expect(result.summary.contains("below the stack limit"))
  let written = try JSONEncoder().encode(TrialReport(result))
  let read = try JSONDecoder().decode(TrialReport.self, from: written)
  #expect(read.faults.first?.site.owner?.kind == .thread)
}

// Where the stacks and guards of a process lie.

@Test func ownStacksAreFound() throws {
  let layout = try LayoutReport.look(at: getpid())
  let main = try #require(layout.stacks.first { $0.kind == .main })
  #expect(main.limit < main.top && main.guard.size > 0)
}
