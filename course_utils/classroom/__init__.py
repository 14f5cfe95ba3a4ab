"""What a class needs beside the lessons: the answers of many, put together, and updates that lose no work."""
