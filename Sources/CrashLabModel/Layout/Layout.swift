/// Where the stacks and guards of a process really are: one look from outside, while it runs.
package struct Layout: Sendable {
  package var process: Int32
  /// The path of the program's file; "" if it can't be read.
  package var program: String
  package var threads: [ThreadSnapshot]
  package var uses: [StackOccupancy]
  package var areas: [AddressArea]
  /// Microseconds that the look took.
  package var duration: Double

  package init(
    process: Int32, program: String, threads: [ThreadSnapshot], uses: [StackOccupancy],
    areas: [AddressArea], duration: Double
  ) {
    self.process = process
    self.program = program
    self.threads = threads
    self.uses = uses
    self.areas = areas
    self.duration = duration
  }
}
