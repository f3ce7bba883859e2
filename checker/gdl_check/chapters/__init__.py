"""What each chapter asks and how an answer is examined: one file a chapter."""
