"""What a class needs beside the lessons: answers put together, work graded, and updates that lose none."""
