package dev.unembed.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.unembed.engine.ResourcesExhausted;
import dev.unembed.engine.architecture.ModelFolder;
import dev.unembed.engine.text.Tokenizer;
import dev.unembed.engine.transformer.LanguageModel;
import dev.unembed.engine.transformer.Placement;
import dev.unembed.engine.transformer.Transformer;
import dev.unembed.worker.LoadedModels.Lease;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class LoadedModelsTest {
    private final List<String> events = new ArrayList<>();
    private final AtomicLong available = new AtomicLong(Long.MAX_VALUE);
    private final LoadedModels models = new LoadedModels(100, available::get);

    @Test
    void aWarmModelIsNotLoadedAgain() throws InterruptedException {
        lease(1, 40).close();
        lease(1, 40).close();
        assertThat(events).containsExactly("load 1");
    }

    @Test
    void theLeastRecentlyUsedIdleModelMakesRoom() throws InterruptedException {
        lease(1, 40).close();
        lease(2, 40).close();
        lease(1, 40).close();
        lease(3, 40).close();
        assertThat(events).containsExactly("load 1", "load 2", "close 2", "load 3");
        assertThat(models.warm()).extracting(LoadedModels.Warm::name).containsExactly("m3", "m1");
    }

    @Test
    void aModelInUseIsNeverEvicted() throws InterruptedException {
        Lease first = lease(1, 60);
        CompletableFuture<Void> second = CompletableFuture.runAsync(() -> {
            try {
                lease(2, 60).close();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        });
        assertThat(events).containsExactly("load 1");
        first.close();
        second.orTimeout(10, TimeUnit.SECONDS).join();
        assertThat(events).containsExactly("load 1", "close 1", "load 2");
    }

    @Test
    void closingALeaseTwiceCountsOnce() throws InterruptedException {
        Lease first = lease(1, 60);
        Lease second = lease(1, 60);
        first.close();
        first.close();
        models.close();
        assertThat(events).as("the second lease still holds it").containsExactly("load 1");
        second.close();
        models.close();
        assertThat(events).containsExactly("load 1", "close 1");
    }

    @Test
    void aModelBeyondTheBudgetIsRefusedWithBothFigures() {
        assertThatThrownBy(() -> lease(1, 200_000_000))
                .isInstanceOf(ResourcesExhausted.class)
                .hasMessageContaining("needs 200 MB")
                .hasMessageContaining("may occupy 1 MB");
        assertThat(events).isEmpty();
    }

    @Test
    void aMachineWithoutMemoryRefusesAfterFreeingWhatIsIdle() throws InterruptedException {
        lease(1, 40).close();
        available.set(30);
        assertThatThrownBy(() -> lease(2, 40))
                .isInstanceOf(ResourcesExhausted.class)
                .hasMessageContaining("available");
        assertThat(events).containsExactly("load 1", "close 1");
    }

    @Test
    void anotherDigestUnderTheSameIdIsLoadedAnew() throws InterruptedException {
        lease(1, 40).close();
        models.lease(1, "m1", "other digest", folder(1, 40)).close();
        assertThat(events).containsExactly("load 1", "close 1", "load 1");
    }

    private Lease lease(long id, long bytes) throws InterruptedException {
        return models.lease(id, "m" + id, "digest " + id, folder(id, bytes));
    }

    private ModelFolder folder(long id, long bytes) {
        return new FakeFolder(id, bytes, events);
    }

    private record FakeFolder(long id, long memoryBytes, List<String> events) implements ModelFolder {
        @Override
        public long streamedBytes() {
            return memoryBytes;
        }

        @Override
        public LanguageModel load(Residence residence, Placement placement, LoadProgress progress) {
            events.add("load " + id);
            return new FakeModel(this);
        }

        @Override
        public Path path() {
            throw new UnsupportedOperationException();
        }

        @Override
        public String family() {
            throw new UnsupportedOperationException();
        }

        @Override
        public Dimensions dimensions() {
            throw new UnsupportedOperationException();
        }

        @Override
        public Tokenizer tokenizer() {
            throw new UnsupportedOperationException();
        }

        @Override
        public String bosDescription() {
            throw new UnsupportedOperationException();
        }

        @Override
        public long weightBytes() {
            throw new UnsupportedOperationException();
        }

        @Override
        public String digest() {
            throw new UnsupportedOperationException();
        }
    }

    private record FakeModel(FakeFolder folder) implements LanguageModel {
        @Override
        public Transformer transformer() {
            throw new UnsupportedOperationException();
        }

        @Override
        public Tokenizer tokenizer() {
            throw new UnsupportedOperationException();
        }

        @Override
        public long bytes() {
            return folder.memoryBytes();
        }

        @Override
        public boolean streamed() {
            return false;
        }

        @Override
        public String device() {
            return "cpu";
        }

        @Override
        public void close() {
            folder.events().add("close " + folder.id());
        }
    }
}
