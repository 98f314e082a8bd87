/** The machine's own guard turns each overflow into an error that the program catches. */
class Deep {
  static int depth;

  static int descend(int level) {
    depth = level;
    return descend(level + 1) + 1;
  }

  public static void main(String[] arguments) throws Exception {
    int[] caught = {0};
    Thread thread = new Thread(null, () -> {
      for (int i = 0; i < 20; i++) {
        try {
          descend(0);
        } catch (StackOverflowError error) {
          caught[0]++;
        }
      }
    }, "overflower", 256 << 10);
    thread.start();
    thread.join();
    System.out.println("caught " + caught[0]);
  }
}
